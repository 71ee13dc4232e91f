import '../../node/app/polyfills.ts';

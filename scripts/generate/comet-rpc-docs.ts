/** docs/rpc/comet.md from the table of methods. */
import {DEFAULT_COMET_RPC_LIMITS as limits, QUERY_CONDITIONS_MAX, QUERY_LENGTH_MAX} from '../../node/rpc/comet/limits.ts';
import {METHOD_TABLE} from '../../node/rpc/comet/methods/index.ts';
import {TYPE_NAMES} from '../../node/rpc/comet/parameters.ts';

const HEAD = `# CometBFT RPC

The RPC of CometBFT 0.38 on its port (26657 by default): GET with parameters in the URI, JSON-RPC 2.0 by POST to \`/\`, and JSON-RPC over a WebSocket at \`/websocket\`. Answers have the shapes that a CometBFT 0.38 node was recorded with; \`test/unit/rpc-comet/recordings.test.ts\` replays the recordings. CosmJS's \`connectComet\` takes this node for a Comet38 node.

In JSON, 64-bit integers are decimal strings, bytes are base64, and \`hex\` is hex. In a URI, strings stand in quotes (\`?query="tx.height=5"\`), bytes are \`0x\` hex or a quoted string, numbers are bare: \`curl 'http://127.0.0.1:26657/block?height=1'\`. \`dial_seeds\`, \`dial_peers\` and \`unsafe_flush_mempool\` are not served.

## Limits

${limits.batchItemsMax} requests per batch, ${limits.bodyBytesMax.toLocaleString('en')} bytes per request body and WebSocket message, ${limits.subscriptionClientsMax} subscribing clients (\`comet.max_subscription_clients\`) with ${limits.subscriptionsPerClientMax} subscriptions each (\`comet.max_subscriptions_per_client\`), ${limits.perPageMax} items per page. ${limits.heavyConcurrencyMax} calls marked *expensive* run at a time and ${limits.heavyWaitingMax} wait; the next one gets status 503. A WebSocket client that does not read is dropped. Requests under foreign host names (\`comet.allowed_hosts\`) and WebSockets from foreign pages (\`comet.cors_origins\`) are refused. All bounds are named in \`node/rpc/comet/limits.ts\`.

## Queries

\`subscribe\`, \`tx_search\` and \`block_search\` take conditions joined by \`AND\`: \`tag = value\`, \`<\`, \`<=\`, \`>\`, \`>=\`, \`tag CONTAINS 'text'\`, \`tag EXISTS\`. A tag is an event's type and attribute joined by a dot. Values are \`'text'\`, numbers, \`DATE 2026-01-31\` and \`TIME 2026-01-31T12:00:00Z\`. A query has at most ${QUERY_LENGTH_MAX} characters and ${QUERY_CONDITIONS_MAX} conditions.

In searches, conditions on attributes of one event type must hold within one event, as in CometBFT. Conditions on different types must each hold somewhere in the transaction; CometBFT 0.38 finds nothing then. A search reads at most ${limits.searchEntriesMax.toLocaleString('en')} index entries and opens at most ${limits.searchOpenedMax.toLocaleString('en')} candidates, and is refused beyond: narrow it by \`tx.height\` or by an attribute with \`=\`. Only attributes with \`index: true\` are found. A transaction that stands in several blocks is known by the one in which it succeeded.

## Events

Subscriptions hear \`NewBlock\`, \`NewBlockHeader\`, \`NewBlockEvents\`, \`NewEvidence\`, \`Tx\`, \`ValidatorSetUpdates\`, \`NewRound\`, \`NewRoundStep\`, \`CompleteProposal\`, \`Vote\`, \`Polka\`, \`ValidBlock\`, \`Lock\`, \`Relock\`, \`TimeoutPropose\` and \`TimeoutWait\`, by \`tm.event\`. Attributes of every event can be matched, and \`tx.hash\` and \`tx.height\` of \`Tx\`, \`block.height\` of \`NewBlockEvents\`.

| event of | type | attributes (indexed in bold) |
|---|---|---|
| an Ethereum transaction | \`ethereum_tx\` | amount, **ethereumTxHash**, txGasUsed, txHash, **recipient**, **contract** (of a creation), **ethereumTxFailed** (the reason, when it failed) |
| | \`message\` | module (\`evm\`), **sender**, txType |
| one that moved value by itself, and succeeded | \`transfer\` | **recipient**, **sender**, amount (with the denomination \`aqanat\`) |
| a block | \`ethereum_block\` | **hash** of the Ethereum block, gasUsed, baseFee |

Addresses of \`ethereum_tx\` and \`message\` are 0x with the capitals of EIP-55, as in cosmos/evm; those of \`transfer\` are \`qanat1…\`. Value that contracts move emits no \`transfer\`: such transfers have no logs on Ethereum either. Events change no hash of the chain.

The index lives in \`data/tx_index.db\` and follows the block store; \`tx_index.indexer = "null"\` turns it off. It may be deleted while the node is down: the next start makes it anew from the stored blocks.

## Methods

This file is made by \`npm run generate\`.`;

export async function generate(): Promise<Map<string, string>> {
  const lines = [HEAD];
  for (const {name, purpose, parameters, heavy, webSocketOnly} of [...METHOD_TABLE.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const marks = [...(webSocketOnly === true ? ['WebSocket only.'] : []), ...(heavy === true ? ['*Expensive.*'] : [])];
    const list = Object.entries(parameters).map(([parameter, type]) => `${parameter}: ${TYPE_NAMES.get(type) ?? 'JSON'}`);
    lines.push('', `### ${name}(${list.join(', ')})`, '', [purpose, ...marks].join(' '));
  }
  return new Map([['docs/rpc/comet.md', `${lines.join('\n')}\n`]]);
}

/** The values of the one event that a successful transaction of its kind always leaves. */
export function onlyEvent<values>(events: readonly {readonly args: values}[]): values {
  const [event] = events;
  if (event === undefined) throw new Error('The receipt has no event of this contract: is this chain a Qanat chain?');
  return event.args;
}

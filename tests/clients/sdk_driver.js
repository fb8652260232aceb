'use strict';
/*
 * Plays calls on the published SDK, unmodified: one JSON line in, one JSON line out.
 *
 * In:  {"config": {...}, "method": "createBooking", "args": [...], "include": [...], "carry": {...}, "headers": {...}}
 * Out: {"ok": true | false, "status": 201, "data": ..., "meta": {...} | null, "headers": {...}}, or {"thrown": "words"}
 */
const readline = require('readline');
const published = require('timekit-sdk');

const instances = new Map();

function instanceFor(config) {
  const name = JSON.stringify(config);
  if (!instances.has(name)) {
    const instance = published.newInstance();
    instance.configure(config);
    instances.set(name, instance);
  }
  return instances.get(name);
}

function prepared({ config, include, carry, headers }) {
  const sdk = instanceFor(config);
  if (include) sdk.include(include);
  if (carry) sdk.carry(carry);
  if (headers) sdk.headers(headers);
  return sdk;
}

/* Arguments that JSON cannot hold: {"$date": "…"} becomes a JavaScript Date. */
function revive(key, value) {
  return value && value.$date ? new Date(value.$date) : value;
}

function told(ok, response) {
  if (response instanceof Error || response.status === undefined) return { thrown: String(response) };
  const { status, data, headers, metaData } = response;
  return { ok, status, data, meta: metaData || null, headers: { ...headers } };
}

async function play(line) {
  const call = JSON.parse(line, revive);
  try {
    return told(true, await prepared(call)[call.method](...call.args));
  } catch (refusal) {
    return told(false, refusal);
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await play(line))}\n`);
  }
}

main();

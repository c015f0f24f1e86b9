import type { HashEngine } from './hash-engine.js';
import { nodeEngine } from './node-engine.js';
import { openSslEngine } from './openssl-engine.js';
import { loadOpenSslFunctions, type OpenSslFunctions } from './openssl-functions.js';
import { resumesRightly, staysInBounds } from './self-test.js';

/** The resumable engine where it works on this platform, node:crypto otherwise. */
export function chooseEngine(load: () => OpenSslFunctions = loadOpenSslFunctions): HashEngine {
  try {
    const functions = load();
    const engine = openSslEngine(functions);
    return staysInBounds(functions) && resumesRightly(engine) ? engine : nodeEngine;
  } catch {
    return nodeEngine;
  }
}

import { issueToken, jwkOf, makeSigner } from '../../support/token-service.ts';
import { type LocalServer, serveLocally } from './local-server.ts';

/** An issuer of OpenID Connect that gives tokens to workloads, as a CI system does. */
export interface WorkloadIssuer extends LocalServer {
  tokenFor(subject: string, audience: string): Promise<string>;
}

export async function startWorkloadIssuer(): Promise<WorkloadIssuer> {
  const signer = makeSigner();
  const kid = 'of workloads';
  const server = await serveLocally(({ url, headers }, response) => {
    const issuer = `http://${headers.host}`;
    const found = url === '/keys.json' ? { keys: [jwkOf(signer, kid)] } : { issuer, jwks_uri: `${issuer}/keys.json` };
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(found));
  });
  return {
    ...server,
    tokenFor: (sub, aud) => issueToken(signer, { iss: server.url, sub, aud, access: undefined }, { kid }),
  };
}

import type { OnApplicationShutdown } from '@nestjs/common';
import type { Request } from 'express';
import type { AuthConfig } from '../config/index.js';
import { type RegistryResponse, remoteAddressOf } from '../http/index.js';
import type { Logger } from '../log/index.js';
import type { AuditEntry, AuditEvent } from './audit-entry.js';
import { AuditFile } from './audit-file.js';

type AuditConfig = Pick<AuthConfig, 'auditLog' | 'auditPulls'>;

/** Who did what: one line of JSON for each request that changes something or is refused. */
export class AuditLog implements OnApplicationShutdown {
  private readonly events = new WeakMap<Request, AuditEvent>();

  private constructor(
    private readonly file: AuditFile | null,
    private readonly withPulls: boolean,
  ) {}

  /** Throws when the file that is configured cannot be opened. */
  static async open({ auditLog, auditPulls }: AuditConfig, logger: Logger): Promise<AuditLog> {
    if (auditLog === undefined) return new AuditLog(null, false);
    const onError = (err: unknown) => logger.error({ err }, 'the audit log cannot be written');
    return new AuditLog(await AuditFile.open(auditLog, onError), auditPulls);
  }

  /** Whether anything is written. */
  get isOn(): boolean {
    return this.file !== null;
  }

  /** Writes a line when the request is over. To be called before anything of the answer is sent. */
  follow(request: Request, response: RegistryResponse, event: AuditEvent): void {
    if (!this.file) return;
    this.events.set(request, event);
    const remoteAddress = remoteAddressOf(request);
    response.once('close', () => {
      const last = this.events.get(request);
      if (last && this.isWanted(last)) this.write(entryOf(last, response, remoteAddress));
    });
  }

  /** Says more of a request that is followed. */
  amend(request: Request, change: Partial<AuditEvent>): void {
    const event = this.events.get(request);
    if (event) this.events.set(request, { ...event, ...change });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.file?.close();
  }

  private isWanted({ action, isDenied }: AuditEvent): boolean {
    const isReading = action === 'pull' || action === 'catalog';
    return isDenied || !isReading || this.withPulls;
  }

  private write(entry: AuditEntry): void {
    this.file?.append(JSON.stringify(entry));
  }
}

function entryOf({ isDenied, ...event }: AuditEvent, response: RegistryResponse, remoteAddress: string): AuditEntry {
  const { requestId, route } = response.locals;
  const digest = response.getHeader('Docker-Content-Digest');
  return {
    time: new Date().toISOString(),
    ...(requestId !== undefined && { requestId }),
    ...event,
    ...(typeof digest === 'string' && { digest }),
    remoteAddress,
    ...(route !== undefined && { route }),
    outcome: outcomeOf(event, isDenied, response),
    status: response.statusCode,
  };
}

/** An answer that broke off may have been a success all the same, but nobody was told so. */
function outcomeOf({ action }: Pick<AuditEvent, 'action'>, isDenied: boolean, response: RegistryResponse) {
  if (action === 'login') return 'failed';
  if (isDenied) return 'denied';
  return response.statusCode < 400 && response.writableFinished ? 'allowed' : 'failed';
}

import type { Request } from 'express';
import type { ClientLimits } from '../config/index.js';
import { type RegistryResponse, tooManyRequests } from '../http/index.js';
import { RateMeter } from './rate-meter.js';
import type { Traffic } from './traffic.js';
import { UploadCounter } from './upload-counter.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long a client is asked to wait until one of its uploads may have ended, in milliseconds. */
const UPLOAD_WAIT = 5_000;

/** Holds the clients of one kind to what they may use. */
export class ClientLimiter {
  private readonly requests: RateMeter | null;
  private readonly bytes: RateMeter | null;
  private readonly uploads: UploadCounter | null;

  private constructor(
    limits: ClientLimits,
    private readonly traffic: Traffic,
  ) {
    this.requests = limits.requests > 0 ? new RateMeter(limits.requests, MINUTE) : null;
    this.bytes = limits.bytes > 0 ? new RateMeter(limits.bytes, HOUR) : null;
    this.uploads = limits.uploads > 0 ? new UploadCounter(limits.uploads) : null;
  }

  /** Null where there is no limit. */
  static of(limits: ClientLimits, traffic: Traffic): ClientLimiter | null {
    const isOn = limits.requests > 0 || limits.bytes > 0 || limits.uploads > 0;
    return isOn ? new ClientLimiter(limits, traffic) : null;
  }

  /**
   * Counts a request of a client, and what it will have moved. Throws `TOOMANYREQUESTS` for what is too much, which does not
   * count.
   */
  admit(client: string, request: Request, response: RegistryResponse): void {
    const now = performance.now();
    const requestWait = this.requests?.waitFor(client, 1, now) ?? 0;
    if (requestWait > 0) throw tooManyRequests('too many requests; try again later', requestWait);
    // What it will be is known only in the end: who has used less than all may begin.
    const byteWait = this.bytes?.waitFor(client, 0, now) ?? 0;
    if (byteWait > 0) throw tooManyRequests('too many bytes were moved; try again later', byteWait);
    if (this.uploads?.begin(client, request, response) === false) {
      throw tooManyRequests('too many uploads at a time; try again later', UPLOAD_WAIT);
    }
    this.requests?.add(client, 1, now);
    const { bytes } = this;
    if (bytes) this.traffic.whenOver(request, response, (moved) => bytes.add(client, moved, performance.now()));
  }
}

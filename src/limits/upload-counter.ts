import type { Request, Response } from 'express';
import { bringsContent } from '../http/index.js';

/** Counts the requests of each client that bring content, and have no answer yet. */
export class UploadCounter {
  private readonly running = new Map<string, number>();

  constructor(private readonly limit: number) {}

  /** Counts a request until it is over; false if it would be one too many. One that brings nothing is none. */
  begin(client: string, request: Request, response: Response): boolean {
    if (!bringsContent(request)) return true;
    const running = this.running.get(client) ?? 0;
    if (running >= this.limit) return false;
    this.running.set(client, running + 1);
    response.on('close', () => this.end(client));
    return true;
  }

  private end(client: string): void {
    const running = (this.running.get(client) ?? 0) - 1;
    if (running > 0) this.running.set(client, running);
    else this.running.delete(client);
  }
}

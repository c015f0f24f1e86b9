import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditLog } from '../audit/index.js';
import { AccessDecisions } from './access-decisions.js';
import { Refusals } from './refusals.js';

/** Decides on tags that turn out to be there already, which nobody knows before the repository is locked. */
@Injectable()
export class OverwriteCheck {
  constructor(
    private readonly decisions: AccessDecisions,
    private readonly refusals: Refusals,
    private readonly audit: AuditLog,
  ) {}

  /** What throws for a tag that may not be pointed to another manifest; undefined when all may be. */
  for(request: Request, repository: string): ((tag: string) => Promise<void>) | undefined {
    if (this.decisions.isOpen && !this.audit.isOn) return undefined;
    return async (tag) => {
      const need = { action: 'overwrite', repository, tag } as const;
      const verdict = await this.decisions.decide(request, need);
      this.audit.amend(request, { action: need.action, isDenied: !verdict.isAllowed, reason: verdict.reason });
      if (!verdict.isAllowed) throw this.refusals.of(request, need, verdict, [need]);
    };
  }
}

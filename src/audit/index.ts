export type { AuditEntry, AuditEvent } from './audit-entry.js';
export { AuditLog } from './audit-log.js';

export { type AuditEntry, type AuditEvent, failedLogin } from './audit-entry.js';
export { AuditLog } from './audit-log.js';

import type { RegistryConfig } from './registry.config.js';

/** What must hold between settings that are each right for themselves. */
export interface Conflict {
  /** The setting that is reported. */
  readonly path: string;
  isIn(config: RegistryConfig): boolean;
  /** As `SettingRule` has them. */
  readonly rule: string;
  readonly fix: string;
}

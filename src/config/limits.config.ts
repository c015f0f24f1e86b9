import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { Setting } from './setting.decorator.js';
import { byteSize, count, duration } from './setting-rules.js';

/** What one client may use of a process; 0 is as much as it likes. */
export class ClientLimits {
  /** Requests per minute. */
  @Setting(count(0))
  readonly requests: number = 0;

  /** Bytes per hour, those that come in and those that go out. */
  @Setting(byteSize(0))
  readonly bytes: number = 0;

  /** Requests at a time that bring content. */
  @Setting(count(0))
  readonly uploads: number = 0;
}

const SECOND = 1_000;

/** What clients may use of a process. Durations are in milliseconds. */
export class LimitsConfig {
  /** Of each user that has logged in, from wherever. */
  @Type(() => ClientLimits)
  @ValidateNested()
  readonly user: ClientLimits = new ClientLimits();

  /** Of all that have not logged in, from each address. */
  @Type(() => ClientLimits)
  @ValidateNested()
  readonly anonymous: ClientLimits = new ClientLimits();

  /** Of each address, whoever asks from there. */
  @Type(() => ClientLimits)
  @ValidateNested()
  readonly address: ClientLimits = new ClientLimits();

  /** How many wrong passwords one address may try for one name before it has to wait; 0 lets it go on. */
  @Setting(count(0))
  readonly loginFailures: number = 5;

  /** The longest that it has to wait. */
  @Setting(duration(SECOND, 3_600 * SECOND))
  readonly loginDelay: number = 60 * SECOND;
}

import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';

/** What the values of a setting must satisfy, said so that no message repeats a value. */
export interface SettingRule {
  /** Turns the text of the environment or of YAML into the value; undefined if it cannot. */
  parse?(text: string): unknown;
  isValid(value: unknown): boolean;
  /** The rule, as the rest of a sentence that begins with the name of the setting. */
  rule: string;
  /** What to do about a broken rule, as an imperative sentence. */
  fix: string;
}

/** The name under which class-validator reports a broken rule; each setting has one rule. */
export const SETTING_CONSTRAINT = 'setting';

/** Declares a field of a configuration class as a setting. A text that cannot be parsed is left for `isValid` to refuse. */
export function Setting({ parse, isValid, rule, fix }: SettingRule): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }) => (parse && typeof value === 'string' ? (parse(value) ?? value) : value)),
    ValidateBy(
      { name: SETTING_CONSTRAINT, validator: { validate: isValid, defaultMessage: () => rule } },
      { context: { fix } },
    ),
  );
}

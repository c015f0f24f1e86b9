import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  Max,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { problemOfNamePattern } from '#libs/access';

const KEY_ACTIONS = ['pull', 'push', 'delete', 'catalog'] as const;
/** Ten years, in seconds. */
const LONGEST = 315_360_000;
const MOST_GRANTS = 100;
const NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const LONGEST_NAME = 128;
const LONGEST_DESCRIPTION = 1000;
/** More than any name of a repository has, and so many that no pattern takes long. */
const LONGEST_PATTERN = 255;

/** What a key is good for. */
export class KeyGrant {
  /** Pattern of names of repositories, as in policies; all when absent. */
  @IsOptional()
  @IsText((text) => text.length <= LONGEST_PATTERN && problemOfNamePattern(text) === undefined, {
    rule: 'must be a pattern of lower-case names, such as team/* or team/**',
  })
  readonly repositories?: string;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(KEY_ACTIONS.length)
  @IsIn(KEY_ACTIONS, { each: true })
  readonly actions!: readonly (typeof KEY_ACTIONS)[number][];
}

/** What a key that is to be made is called, and what it is good for. */
export class NewKey {
  /** Name of the robot: that of the principal who uses the key. */
  @IsText((text) => text.length <= LONGEST_NAME && NAME.test(text), {
    rule: `must be of at most ${LONGEST_NAME} lower-case letters and digits, with single characters . _ - in between`,
  })
  readonly name!: string;

  @IsOptional()
  @IsText((text) => text.length <= LONGEST_DESCRIPTION, {
    rule: `must be a text of at most ${LONGEST_DESCRIPTION} characters`,
  })
  readonly description?: string;

  /** Seconds; it does not expire when absent. */
  @IsOptional()
  @IsInt()
  @Min(60)
  @Max(LONGEST)
  readonly expiresIn?: number;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_GRANTS)
  @ValidateNested({ each: true })
  @Type(() => KeyGrant)
  readonly grants!: readonly KeyGrant[];
}

/** The validators of texts that class-validator has take a package of their own, which nothing else needs. */
function IsText(isValid: (text: string) => boolean, { rule }: { rule: string }): PropertyDecorator {
  return ValidateBy({
    name: 'text',
    validator: {
      validate: (value) => typeof value === 'string' && isValid(value),
      defaultMessage: () => `$property ${rule}`,
    },
  });
}

import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { problemOfNamePattern } from '#libs/access';

const KEY_ACTIONS = ['pull', 'push', 'delete', 'catalog'] as const;
/** Ten years, in seconds. */
const LONGEST = 315_360_000;
const MOST_GRANTS = 100;
/** More than any name of a repository has, and so many that no pattern takes long. */
const LONGEST_PATTERN = 255;

/** What a key is good for. */
export class KeyGrant {
  /** Pattern of names of repositories, as in policies; all when absent. */
  @IsOptional()
  @MaxLength(LONGEST_PATTERN)
  @IsNamePattern()
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
  @Matches(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/, {
    message: 'name must be of lower-case letters and digits, with single characters . _ - in between',
  })
  @MaxLength(128)
  readonly name!: string;

  @IsOptional()
  @IsString()
  @MaxLength(1000)
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

function IsNamePattern(): PropertyDecorator {
  return ValidateBy({
    name: 'namePattern',
    validator: {
      validate: (value) => typeof value === 'string' && problemOfNamePattern(value) === undefined,
      defaultMessage: () => 'repositories must be a pattern of lower-case names, such as team/* or team/**',
    },
  });
}

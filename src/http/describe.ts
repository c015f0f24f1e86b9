type Swagger = typeof import('@nestjs/swagger');

const waiting: ((swagger: Swagger) => void)[] = [];

/**
 * Decorates with what `describe` makes of `@nestjs/swagger`, as soon as the OpenAPI document is asked for. Until then it
 * is only noted down: that package takes longer to load than the whole registry, and most processes never need it.
 */
export function Describe<D extends MethodDecorator | ClassDecorator>(describe: (swagger: Swagger) => D): D {
  const note = (...target: unknown[]) => {
    waiting.push((swagger) => (describe(swagger) as (...target: unknown[]) => unknown)(...target));
  };
  return note as D;
}

/** Applies all that was noted down, in the order in which the decorators would have been called. */
export function applyDescriptions(swagger: Swagger): void {
  for (const apply of waiting.splice(0)) apply(swagger);
}

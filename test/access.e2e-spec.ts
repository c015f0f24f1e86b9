import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { Access } from '../src/auth/index.js';
import { type Registry, startRegistry } from './support/registry.js';

describe('access', () => {
  let registry: Registry;

  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.close());

  it('is declared by every route', () => {
    const reflector = registry.app.get(Reflector);
    const handlers = [...registry.app.get(ModulesContainer).values()]
      .flatMap((module) => [...module.controllers.values()])
      .flatMap(({ metatype }) => handlersOf(metatype?.prototype));
    expect(handlers.length).toBeGreaterThan(15);
    const undeclared = handlers.filter((handler) => !reflector.get(Access, handler)).map(({ name }) => name);
    expect(undeclared).toEqual([]);
  });
});

function handlersOf(prototype: object): (() => unknown)[] {
  return Object.getOwnPropertyNames(prototype)
    .map((name) => Reflect.get(prototype, name))
    .filter(
      (value) => typeof value === 'function' && Reflect.hasMetadata('path', value) && value !== prototype.constructor,
    );
}

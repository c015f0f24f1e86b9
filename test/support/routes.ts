import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

type Handler = () => unknown;

/** The handlers of all routes of an application. */
export function handlersOf(app: INestApplication): Handler[] {
  return [...app.get(ModulesContainer).values()]
    .flatMap((module) => [...module.controllers.values()])
    .flatMap(({ metatype }) => handlersIn(metatype?.prototype));
}

function handlersIn(prototype: object): Handler[] {
  return Object.getOwnPropertyNames(prototype)
    .map((name) => Reflect.get(prototype, name))
    .filter(
      (value) => typeof value === 'function' && Reflect.hasMetadata('path', value) && value !== prototype.constructor,
    );
}

import type { Application } from 'express';

interface RouteLayer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** The methods that the route at `path` takes, in upper case and sorted; none when no route is there. */
export function allowedMethods(app: Application, path: string): string[] {
  const layers = app.router.stack as unknown as readonly RouteLayer[];
  // A later route may match as well, with a word of the API in the place of a parameter: the first one is meant.
  const meant = layers.find((layer) => layer.route && layer.match(path))?.route?.path;
  if (meant === undefined) return [];
  const methods = layers.flatMap(({ route }) => (route?.path === meant ? Object.keys(route.methods) : []));
  // Express answers HEAD wherever it answers GET.
  const all = new Set(methods.includes('get') ? [...methods, 'head'] : methods);
  return [...all].map((method) => method.toUpperCase()).sort();
}

export { CatalogModule } from './catalog.module.js';
export { type CatalogPage, CatalogService } from './catalog.service.js';

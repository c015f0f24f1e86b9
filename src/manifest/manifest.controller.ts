import { Controller, Delete, Get, Head, HttpCode, Put, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { isTag, OciError, parseReference, type Reference } from '#libs/oci';
import { Access, OverwriteCheck } from '../auth/index.js';
import { RegistryConfig } from '../config/index.js';
import {
  entityTag,
  isNotModified,
  LocationBuilder,
  ManifestReference,
  preconditionOf,
  queryTexts,
  RepositoryName,
  readBody,
  warn,
} from '../http/index.js';
import { DescribedUnder } from '../openapi/index.js';
import {
  DescribeDeleteManifest,
  DescribeGetManifest,
  DescribeHeadManifest,
  DescribePutManifest,
} from './manifest.openapi.js';
import { ManifestService } from './manifest.service.js';
import { ManifestNegotiator } from './manifest-negotiator.js';

/** More tags than anybody sets at once; what asks for more is answered with 414. */
const MAX_TAGS = 100;

@DescribedUnder('manifests')
@Controller('v2/*name/manifests')
export class ManifestController {
  constructor(
    private readonly manifests: ManifestService,
    private readonly negotiator: ManifestNegotiator,
    private readonly locations: LocationBuilder,
    private readonly config: RegistryConfig,
    private readonly overwriting: OverwriteCheck,
  ) {}

  /** Tells whether a repository has a manifest, its digest and its size */
  @Head(':reference')
  @Access({ action: 'pull' })
  @DescribeHeadManifest()
  async headManifest(
    @RepositoryName() name: string,
    @ManifestReference() reference: Reference | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.send(name, reference, request, response);
  }

  /** Sends a manifest */
  @Get(':reference')
  @Access({ action: 'pull' })
  @DescribeGetManifest()
  async getManifest(
    @RepositoryName() name: string,
    @ManifestReference() reference: Reference | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.send(name, reference, request, response);
  }

  /** Stores a manifest under a tag, or under its digest and any number of tags */
  @Put(':reference')
  @HttpCode(201)
  @Access({ action: 'push', tags: tagsToSet })
  @DescribePutManifest()
  async putManifest(
    @RepositoryName() name: string,
    @ManifestReference() reference: Reference | undefined,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    if (!reference) throw new OciError('MANIFEST_INVALID', { rule: 'the reference must be a tag or a digest' });
    const tags = 'digest' in reference ? requestedTags(request) : [];
    const contentType = request.headers['content-type'];
    const precondition = preconditionOf(request);
    const beforeOverwrite = this.overwriting.for(request, name);
    const { digest, subject } = await this.manifests.put(name, {
      reference,
      content: await readBody(request, this.config.manifest.maxSize),
      tags,
      ...(contentType !== undefined && { contentType }),
      ...(precondition && { precondition }),
      ...(beforeOverwrite && { beforeOverwrite }),
    });
    response.set({
      Location: this.locations.to(request, `/v2/${name}/manifests/${digest}`),
      'Docker-Content-Digest': digest.toString(),
      ETag: entityTag(digest),
      'Content-Length': '0',
    });
    if (subject) response.set('OCI-Subject', subject.toString());
    if (tags.length > 0) response.set('OCI-Tag', tags);
  }

  /** Deletes a tag, or a manifest with every tag that points to it */
  @Delete(':reference')
  @HttpCode(202)
  @Access({ action: 'delete' })
  @DescribeDeleteManifest()
  async deleteManifest(
    @RepositoryName() name: string,
    @ManifestReference() reference: Reference | undefined,
    @Req() request: Request,
  ): Promise<void> {
    await this.manifests.delete(name, known(reference), preconditionOf(request));
  }

  private async send(
    name: string,
    reference: Reference | undefined,
    request: Request,
    response: Response,
  ): Promise<void> {
    const { manifest, isAccepted } = await this.negotiator.choose(name, known(reference), request);
    const digest = manifest.digest.toString();
    const headers = { 'Docker-Content-Digest': digest, ETag: `"${digest}"`, Vary: 'Accept' };
    if (isNotModified(request, manifest.digest)) {
      response.writeHead(304, headers).end();
      return;
    }
    if (!isAccepted) warn(response, `the manifest is ${manifest.mediaType}, which the Accept header does not name`);
    const { mediaType, content } = manifest;
    response.writeHead(200, { ...headers, 'Content-Type': mediaType, 'Content-Length': content.length });
    response.end(request.method === 'HEAD' ? undefined : content);
  }
}

/** What is neither a tag nor a digest names nothing that could be there. */
function known(reference: Reference | undefined): Reference {
  if (!reference) throw new OciError('MANIFEST_UNKNOWN', { rule: 'the reference must be a tag or a digest' });
  return reference;
}

/** The tags that a request to store a manifest sets; none where the handler will refuse it. */
function tagsToSet(request: Request): string[] {
  const reference = parseReference(String(request.params.reference));
  if (!reference) return [];
  if ('tag' in reference) return [reference.tag];
  const tags = uniqueTags(request);
  return tags.length > MAX_TAGS ? [] : tags.filter(isTag);
}

function uniqueTags(request: Request): string[] {
  return [...new Set(queryTexts(request, 'tag'))];
}

function requestedTags(request: Request): string[] {
  const tags = uniqueTags(request);
  if (tags.length > MAX_TAGS) {
    throw new OciError('UNSUPPORTED', { limit: MAX_TAGS }, { status: 414, message: 'too many tags at once' });
  }
  const invalid = tags.filter((tag) => !isTag(tag));
  if (invalid.length > 0) throw new OciError('MANIFEST_INVALID', { tag: invalid, rule: 'must be a tag' });
  return tags;
}

import { Controller, Delete, Get, Head, HttpCode, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Digest, parseRepositoryName } from '#libs/oci';
import { Access, AccessDecisions } from '../auth/index.js';
import {
  LocationBuilder,
  QueryDigest,
  queryDigestOf,
  queryText,
  RepositoryName,
  readOrUndefined,
  UploadId,
  uploadBodyOf,
} from '../http/index.js';
import { DescribedUnder } from '../openapi/index.js';
import { LayerService } from './layer.service.js';
import type { LayerUpload } from './layer-upload.js';
import {
  DescribeAppendChunk,
  DescribeCancelUpload,
  DescribeFinishUpload,
  DescribeGetUpload,
  DescribeHeadUpload,
  DescribeStartUpload,
} from './upload.openapi.js';
import { announcedAlgorithm, bodyLength, chunkRange, totalSize } from './upload-request.js';

@DescribedUnder('uploads')
@Controller('v2/*name/blobs/uploads')
export class UploadController {
  constructor(
    private readonly layers: LayerService,
    private readonly locations: LocationBuilder,
    private readonly access: AccessDecisions,
  ) {}

  /** Starts an upload, stores a blob that comes in one piece, or mounts one of another repository */
  @Post()
  @Access({ action: 'push', source: 'from' })
  @DescribeStartUpload()
  async startUpload(@RepositoryName() name: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    if (request.query.digest !== undefined) {
      const digest = queryDigestOf(request);
      await this.layers.put(name, uploadBodyOf(request), { digest, ...totalSize(request), ...bodyLength(request) });
      return this.sendCreated(name, digest, request, response);
    }
    const mounted = await this.mount(name, request);
    if (mounted) return this.sendCreated(name, mounted, request, response);
    this.sendSession(await this.layers.upload(name, announcedAlgorithm(request)), request, response.status(202));
  }

  /** Appends a chunk, or a stream of unknown length, to an upload */
  @Patch(':id')
  @Access({ action: 'push' })
  @DescribeAppendChunk()
  async appendChunk(
    @RepositoryName() name: string,
    @UploadId() id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const upload = this.layers.session(name, id);
    // Also for the answer to a chunk that is refused.
    response.set('Location', this.locationOf(upload, request));
    await upload.write(uploadBodyOf(request), chunkRange(request));
    this.sendSession(upload, request, response.status(202));
  }

  /** Appends the last chunk, if any, and stores the whole as a blob */
  @Put(':id')
  @Access({ action: 'push' })
  @DescribeFinishUpload()
  async finishUpload(
    @RepositoryName() name: string,
    @UploadId() id: string,
    @QueryDigest() digest: Digest,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const upload = this.layers.session(name, id);
    response.set('Location', this.locationOf(upload, request));
    const range = chunkRange(request);
    const options = { digest, ...totalSize(request), ...bodyLength(request), ...(range && { range }) };
    await upload.finish(options, uploadBodyOf(request));
    this.sendCreated(name, digest, request, response);
  }

  /** Tells how far an upload has come */
  @Head(':id')
  @Access({ action: 'push' })
  @DescribeHeadUpload()
  async headUpload(
    @RepositoryName() name: string,
    @UploadId() id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    this.sendSession(await this.layers.resume(name, id), request, response.status(204));
  }

  /** Tells how far an upload has come */
  @Get(':id')
  @Access({ action: 'push' })
  @DescribeGetUpload()
  async getUpload(
    @RepositoryName() name: string,
    @UploadId() id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    this.sendSession(await this.layers.resume(name, id), request, response.status(204));
  }

  /** Ends an upload and drops what it holds */
  @Delete(':id')
  @HttpCode(204)
  @Access({ action: 'push' })
  @DescribeCancelUpload()
  async cancelUpload(@RepositoryName() name: string, @UploadId() id: string): Promise<void> {
    await this.layers.session(name, id).cancel();
  }

  /** The digest that was mounted; undefined when it cannot be, or makes no sense: that starts an ordinary upload. */
  private async mount(name: string, request: Request): Promise<Digest | undefined> {
    const digest = readOrUndefined(Digest.parse, queryText(request, 'mount'));
    if (!digest) return undefined;
    const isMounted = await this.mountFrom(name, digest, request);
    return isMounted ? digest : undefined;
  }

  private async mountFrom(name: string, digest: Digest, request: Request): Promise<boolean> {
    const from = queryText(request, 'from');
    const mayRead = this.access.readableBy(request) ?? (() => true);
    if (from === undefined) return this.layers.mountFromAnywhere(name, digest, mayRead);
    const repository = readOrUndefined(parseRepositoryName, from);
    // One that may not be pulled is as good as one that has nothing: the answer does not tell which it is.
    if (repository === undefined || !(await mayRead(repository))) return false;
    return this.layers.mount(name, digest, repository);
  }

  private locationOf({ name, id }: LayerUpload, request: Request): string {
    return this.locations.to(request, `/v2/${name}/blobs/uploads/${id}`);
  }

  private sendSession(upload: LayerUpload, request: Request, response: Response): void {
    response.set({
      Location: this.locationOf(upload, request),
      Range: upload.range,
      'Docker-Upload-UUID': upload.id,
    });
    endWithoutBody(response);
  }

  private sendCreated(name: string, digest: Digest, request: Request, response: Response): void {
    response.status(201).set({
      Location: this.locations.to(request, `/v2/${name}/blobs/${digest}`),
      'Docker-Content-Digest': digest.toString(),
    });
    endWithoutBody(response);
  }
}

function endWithoutBody(response: Response): void {
  if (response.statusCode !== 204) response.setHeader('Content-Length', 0);
  response.end();
}

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { SLAPD_PACKAGES } from '../../access/slapd.ts';
import { debianPackages } from '../../servers/installed.ts';
import type { Docker } from '../clients/docker.ts';
import { CommandError, run } from '../command.ts';
import { smallImage } from '../images.ts';
import { LOGIN_PROGRAMS, type LoginProgram } from '../logins/programs.ts';
import { LOGIN_SCHEMES, type RunningScheme } from '../logins/schemes.ts';
import { type Credentials, Session, type SessionOptions } from '../logins/session.ts';
import type { Report } from '../report.ts';
import type { Workspace } from '../workspace.ts';

/** What programs say to who has not logged in, or not with the right password. */
const UNAUTHORIZED =
  /unauthorized|authentication required|invalid username\/password|credentials? not found|no basic auth/i;
/** What they say to who may not. A token of others for less than this is refused with 401, which some do not take for that. */
const DENIED = /denied/i;
const DENIED_BY_TOKEN = /denied|unauthorized/i;

type Image = Pick<SessionOptions, 'image' | 'archive' | 'dockerSocket'>;

/** Every program logs in in every way, at a registry of its own, and gets as far as the policy says. */
export async function checkLogins(report: Report, workspace: Workspace, docker: Docker): Promise<void> {
  await debianPackages(SLAPD_PACKAGES);
  const source = await smallImage(workspace, 'behind a login');
  const archive = join(await workspace.folder('archive'), 'image.tar');
  const from = `oci:${source.layout}:${source.tag}`;
  await run('skopeo', ['--insecure-policy', 'copy', from, `docker-archive:${archive}:loaded:latest`]);
  const image = { image: source, archive, dockerSocket: docker.socket };
  for (const scheme of LOGIN_SCHEMES) {
    const running = await scheme.start(workspace);
    try {
      const checks = LOGIN_PROGRAMS.map((program) =>
        report.check(`${program.name} logs in, pushes, pulls and is refused: ${scheme.name}`, () =>
          checkProgram(workspace, program, running, image),
        ),
      );
      await Promise.all(checks);
    } finally {
      await running.stop();
    }
  }
}

async function checkProgram(
  workspace: Workspace,
  program: LoginProgram,
  scheme: RunningScheme,
  image: Image,
): Promise<void> {
  const { host, authority } = scheme;
  const shown = program.canShowCertificate ? scheme : (scheme.passwords ?? scheme);
  const options = { ...image, host, ...(authority !== undefined && { authority }) };
  const open = (credentials: Credentials | null) => Session.open(workspace, program, options, credentials);
  const [ofTeam, isPublic] = [`team/${program.name}`, `public/${program.name}`];

  const denied = scheme.isDecidedByTokens ? DENIED_BY_TOKEN : DENIED;

  const wrong = await open(shown.wrong);
  const isAsked = program.verifiesLogin && 'password' in shown.wrong;
  if (isAsked) await refused('a login with a wrong password', wrong.login(), UNAUTHORIZED);
  else
    await refused(
      'a push with what nobody vouches for',
      wrong.login().then(() => wrong.push(ofTeam)),
      UNAUTHORIZED,
    );

  const writer = await open(shown.writer);
  await writer.login();
  for (const repository of [ofTeam, isPublic]) await writer.push(repository);
  await writer.pull(ofTeam);

  const stranger = await open(shown.stranger);
  await stranger.login();
  await stranger.pull(isPublic);
  await refused('a pull of who may not', stranger.pull(ofTeam), denied);
  await refused('a push of who may not', stranger.push(`public/by-a-stranger/${program.name}`), denied);

  const anonymous = 'password' in shown.writer ? writer : await open(null);
  if (anonymous === writer) await writer.logout();
  if (scheme.challenge === 'Bearer' || program.pullsWithoutBasicLogin) await anonymous.pull(isPublic);
  else await refused('a pull of what is public', anonymous.pull(isPublic), UNAUTHORIZED);
  await refused('a pull after the logout', anonymous.pull(ofTeam), scheme.isDecidedByTokens ? denied : UNAUTHORIZED);
}

async function refused(what: string, attempt: Promise<void>, message: RegExp): Promise<void> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) throw new Error(`${what} is not refused`);
  if (!(error instanceof CommandError)) throw error;
  assert.match(error.message, message, `${what}: ${error.message}`);
}

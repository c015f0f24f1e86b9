import { END, gnuLong, paxHeader, tarEntry, tarHeader, withChecksum } from './tar-builder.js';

/** An archive with the sums that the original made of it. */
export interface CompatibilityCase {
  readonly rule: string;
  readonly archive: Buffer;
  readonly v0: string;
  readonly v1: string;
}

const signed = (byte: number): number => (byte << 24) >> 24;

/** Archives where readers of tar differ. */
export const COMPATIBILITY_CASES: readonly CompatibilityCase[] = [
  {
    rule: 'a global PAX header is an entry, and its records apply to nothing',
    archive: archive(
      tarEntry({ name: 'pax_global_header', typeflag: 'g' }, '18 path=elsewhere\n'),
      tarEntry({ name: 'f' }, 'z'),
    ),
    v0: 'a57c2761d9b3edcf730f4032a9607d6eecf31abb8672eb90a12b8599efa7de6e',
    v1: 'd1e78bc975e4c2ef7a94eb8e75f35af5deb86c7a94748ed3405277e0f8b9198b',
  },
  {
    rule: 'the type is one raw byte, known or not',
    archive: archive(tarEntry({ name: 'a', typeflag: '\0' }, 'x'), tarEntry({ name: 'b', typeflag: '\xff' }, 'y')),
    v0: '27754c39655b7abec1f5edc1fc9a52c62672185924ff6dba319628f2353c8069',
    v1: 'bd729a12e3dfda0b8d95db9647fd6394999c76d8a4882e070caf52f1b1624108',
  },
  {
    rule: 'an entry of any type has content',
    archive: archive(
      tarEntry({ name: 'd/', typeflag: '5' }, 'of a directory'),
      tarEntry({ name: 'l', typeflag: '1', linkname: 'd' }, 'of a hard link'),
    ),
    v0: '0ef7d9e1dd92cb5669c999907ec904add2e20684de91f4e741d92aeb3ce31fde',
    v1: 'ded687b235af06c4ada54d3502f05e8f8830ca411fb72764e4a65537e2b801ae',
  },
  {
    rule: 'the mode is the number of the field, with the bits of the type and any others',
    archive: archive(tarEntry({ name: 'f', mode: 0o100755 }), tarEntry({ name: 'g', mode: '77777777' })),
    v0: 'c0301effd2945256a77f6bb148684ebc58163af4cd715a2d168dd3122a4f2c25',
    v1: '80df6e42d31911d53e977c7b8defbcf961c978dcaa020c698195e98fd0434f05',
  },
  {
    rule: 'numbers stand between spaces and NULs, and what follows a NUL does not count',
    archive: archive(
      tarEntry({ name: 'f', mode: '   644 \0', uid: '0001750 ', gid: '\0\0 17\0xy', mtime: '12345670123 ' }),
      tarEntry({ name: 'g', mode: '\0\0\0\0\0\0\0\0', uid: '        ', gid: '00000007', mtime: '7\x0099999999' }),
    ),
    v0: 'da269b361c17af7a6b1e1bfbbd1a6299bff9fea69eaa8b1c81322933294f5ea3',
    v1: 'f5eff49515766a07c1030f87db8109f3543abec67ff267cc2fc90b97b5153bfe',
  },
  {
    rule: 'base-256 in 12 bytes is a signed number of 64 bits, in 8 bytes an unsigned one of 63',
    archive: archive(
      tarEntry({
        name: 'f',
        mtime: `${'\xff'.repeat(11)}\xfe`,
        uid: `${'\xff'.repeat(7)}\xfe`,
        gid: '\x80\0\0\0\x80\0\0\0',
      }),
    ),
    v0: 'f6b126d9d5dad6e9dbff78ae08498730dbabec77c8e3c70bc24de5f5a36a69c3',
    v1: 'fc256f4912c5076dbbb70955f5d005da85a6a24ca0931526a4fe3ffdb3846ae3',
  },
  {
    rule: 'the checksum may be over signed bytes',
    archive: archive(withChecksum(tarHeader({ name: 'caf\xe9', linkname: '\xff\xfe' }), signed)),
    v0: 'a0e785b0206a8377106977388bbef13621ec0c1f2a650b82b914f5c7101c4a8a',
    v1: 'da25e309452d811a15677f38222a77abd2971e2cf758eeed93ed6ac1ab965b77',
  },
  {
    rule: 'a name is bytes, UTF-8 or not',
    archive: archive(
      tarEntry({ name: 'caf\xe9', uname: '\xfc', gname: '\xc3\xbc' }),
      tarEntry({ name: 'caf\xc3\xa9' }),
    ),
    v0: '46ab7bea82bd2a344f1683b8660921349990d3ca462004ac26622c337435f78b',
    v1: '618b2bd60fd278957e7eead0f2c9d04486cfe27866b1c9aef1d4e97f6fb94e80',
  },
  {
    rule: 'a field may be full to its last byte',
    archive: archive(
      tarEntry({ name: 'n'.repeat(100), linkname: 'l'.repeat(100), uname: 'u'.repeat(32), gname: 'g'.repeat(32) }),
    ),
    v0: '60a517892a0e8e71c53ea94dbe901b446046549244b909dcf74ddd859f88e6d9',
    v1: 'd7d364520a185de72b734773a61fe7bb1034dcf5c9912cca0ba531b2c56b9636',
  },
  {
    rule: 'without a magic there are no owner names, device numbers and prefix',
    archive: archive(
      tarEntry({
        name: 'f',
        typeflag: '3',
        magic: '',
        uname: 'u',
        gname: 'g',
        devmajor: 1,
        devminor: '9',
        prefix: 'p',
      }),
    ),
    v0: 'e1786bca550ac9ea2b4bbf7b1a4e985483b6308c28bd802065463c993e53931e',
    v1: '433d981d2d4da42d7b65e3362c4e1fb288fdd4b1476b5fa895bc2c06f66f00be',
  },
  {
    rule: 'a ustar header of any version has them',
    archive: archive(
      tarEntry({
        name: 'f',
        typeflag: '4',
        magic: 'ustar\0xy',
        uname: 'u',
        gname: 'g',
        devmajor: 8,
        devminor: 1,
        prefix: 'p',
      }),
    ),
    v0: '274211e47ad519cbf7739af8fa8f13bb164580c2cf24f63d26cc6b2382391933',
    v1: '89490d0d05daddd55b99bd1c3a783efb0dbb5bb1c089616b03460a9e273f3ddd',
  },
  {
    rule: 'what is in place of the prefix of a GNU header is one',
    archive: archive(tarEntry({ name: 'f', magic: 'ustar  \0', prefix: '12345670123' })),
    v0: 'f59f9aeef3df3992ffe912b28cda61ee53031fdb20cfcda4c711e8c6cab2fc5e',
    v1: 'ad8e3c566611b4642e1139f12ba6ba29c27fc4e6b40c5c748145a86829b49b0f',
  },
  {
    rule: 'the prefix of a star header is shorter',
    archive: archive(
      tarEntry({ name: 'f', prefix: 'p'.repeat(131), raw: { 476: '12345670123\x0012345670123\0', 508: 'tar\0' } }),
    ),
    v0: 'b6c1192273a986e50117703359e36fb9480b685c39257c81d9988e5d9bc9e0cd',
    v1: '3b7291adc9eb61c7c2ed530be9d340dfcb10c1411e9b0478419e4e5882956339',
  },
  {
    rule: 'the device numbers of what is not a device are zero, whatever they hold',
    archive: archive(tarEntry({ name: 'f', devmajor: 7, devminor: '8 is not a number' })),
    v0: '0df1b4ddea38e66747294086fa6a3f625934f981eddbdc28ff17c3ffadab80c5',
    v1: '772f870c2a57754deb46504c05615339d967da05858044256edb30f665d4488a',
  },
  {
    rule: 'PAX records replace fields of the header; the last one of a key wins',
    archive: archive(
      paxHeader([
        ['path', 'first'],
        ['path', 'caf\xe9'],
        ['linkpath', 'to=here\n'],
        ['uname', ''],
        ['gname', 'gr\xc3\xbcn'],
        ['uid', '4294967296'],
        ['gid', '-2'],
        ['mtime', '1350244992.023960108'],
        ['size', '3'],
        ['comment', 'nothing'],
      ]),
      tarEntry({ name: 'f', uname: 'u', gname: 'g', uid: 1, gid: 1 }, 'abc'),
      tarEntry({ name: 'g', uname: 'u' }),
    ),
    v0: '3fb7e27a4d00107a1bbf838a9620e8f0252d6195fdbcb0ec3a55e60b5465ef0c',
    v1: '7b8edd510c968a243d7a7de7e0d229ae68a676fb7e7595536c1fd0a95c7c5dfb',
  },
  {
    rule: 'a fraction of a time is cut, before 1970 too; numbers may have a sign and leading zeros',
    archive: archive(
      paxHeader([
        ['mtime', '-1.5'],
        ['uid', `+${'0'.repeat(100)}7`],
        ['atime', '5.'],
      ]),
      tarEntry({ name: 'f' }),
    ),
    v0: 'b6110a8759a31a60ec39b83259bb3cb7caeab31b65a88c5f4e5f624cfcd247c8',
    v1: 'b3b3e7e97881640bdc661a37bcbb8afeaadd6bfd5513ba17d41a509741243004',
  },
  {
    rule: 'extended attributes are bytes, in the order of the bytes of their names',
    archive: archive(
      paxHeader([
        ['SCHILY.xattr.user.b', '=\n\0\xff'],
        ['SCHILY.xattr.user.\xc3\xa9', ''],
        ['SCHILY.xattr.user.B', 'upper'],
        ['SCHILY.xattr.user.a', 'lower'],
        ['SCHILY.acl.access', 'not one'],
      ]),
      tarEntry({ name: 'f' }),
    ),
    v0: '9d36ce3c3ff72f483b20be33b5dcdd267c2d8faa98956780e61edd314ebe7185',
    v1: '48a680885bb9ea982fc25b771731b8797b446d1fc9e8da7702d8ae2aa5e9ea09',
  },
  {
    rule: 'a GNU long name ends at its first NUL and applies to one entry',
    archive: archive(
      tarEntry({ name: '././@LongLink', typeflag: 'L' }, 'long name\0junk'),
      gnuLong('K', 'long target'),
      tarEntry({ name: 'short', typeflag: '2', linkname: 'short' }),
      tarEntry({ name: 'short', typeflag: '2', linkname: 'short' }),
    ),
    v0: 'd9d0f13c772d2b41cb892257065856f5c4086bf571e31d1e2dc7b75313899419',
    v1: '9c540c9b820bb2fb81a1b27e1e2ce38a1df427d615e417dafe84f2e24b9cec5b',
  },
  {
    rule: 'a GNU long name is stronger than a PAX path behind it, and than a second one',
    archive: archive(
      gnuLong('L', 'gnu'),
      gnuLong('L', 'gnu again'),
      gnuLong('K', 'gnu target'),
      gnuLong('K', 'gnu target again'),
      paxHeader([
        ['path', 'pax'],
        ['linkpath', 'pax target'],
      ]),
      tarEntry({ name: 'short', typeflag: '2' }),
    ),
    v0: '9bc0a3d8fcfa5370e2bf77af75ccd85d92ff9c61047ca7bac6e7e7bb9c6ca046',
    v1: '6c889fa5d81308b553c2a270260826de8aefab217c47c7805efd11227c38e988',
  },
  {
    rule: 'PAX records without any and a GNU long name without any are allowed',
    archive: archive(
      tarEntry({ name: 'x', typeflag: 'x' }),
      tarEntry({ name: 'f' }),
      tarEntry({ name: 'x', typeflag: 'L' }),
      tarEntry({ name: 'g' }),
    ),
    v0: 'df537e0c64671f850ded062efc5e56dda3df62bd3ad43736fc66e6656c92b672',
    v1: 'fb123dc24bca11145cfa9725f1439bf477a404318abbfc50ac27718c3bb74f77',
  },
];

function archive(...parts: Buffer[]): Buffer {
  return Buffer.concat([...parts, END]);
}

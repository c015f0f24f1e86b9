import { describe, expect, it } from '@jest/globals';
import { idOfKeyText, makeKeyText } from './key-text.js';

describe('the text of an API key', () => {
  it('has its id, always the same length, and characters that a URL and a header take', () => {
    const keys = Array.from({ length: 1000 }, makeKeyText);
    for (const { id, text } of keys) {
      expect(text).toMatch(/^stow_[0-9a-f]{16}[0-9A-Za-z]{49}$/);
      expect(idOfKeyText(text)).toBe(id);
    }
    expect(new Set(keys.map(({ text }) => text)).size).toBe(1000);
  });

  it('is known by its checksum: no other character will do at any place', () => {
    const { text } = makeKeyText();
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === '0' ? '1' : '0';
      expect(idOfKeyText(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
    }
  });

  it.each(['', 'stow_', `stow_${'0'.repeat(65)}`, `stow_../../../../../x${'0'.repeat(49)}`, `stow_${'A'.repeat(65)}`])(
    'is not %j',
    (text) => {
      expect(idOfKeyText(text)).toBeUndefined();
    },
  );

  it('is nothing around it', () => {
    const { text } = makeKeyText();
    for (const around of [` ${text}`, `${text}\n`, `${text}0`, text.slice(1)])
      expect(idOfKeyText(around)).toBeUndefined();
  });
});

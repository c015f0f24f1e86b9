/** The settings of the storage service that tests run against; none where they run without one. */
export function testSettings(): Record<string, string> {
  return JSON.parse(process.env.STOWAGE_TEST_STORE ?? '{}');
}

import { openFile } from '#recording/append-file.ts';
import type { PageWriter } from './page-writer.ts';

/**
 * Opens a file of bare pixels [frame, row, column]; the `.json` beside it says what they are.
 * @throws what the disk says; that there is one already among it
 */
export async function openRawPages(path: string): Promise<PageWriter> {
  const file = await openFile(path, 'wx');
  let end = 0;
  return {
    get bytes() {
      return end;
    },
    async append({ pixels }) {
      try {
        await file.write(pixels, end);
      } catch (cause) {
        await file.truncate(end).catch(() => {});
        throw cause;
      }
      end += pixels.length;
    },
    commit: async () => {},
    sync: () => file.sync(),
    async close() {
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

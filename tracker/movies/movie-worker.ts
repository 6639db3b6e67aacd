import { parentPort } from 'node:worker_threads';
import { FilmQueue } from './film-queue.ts';
import { FrameKeeper } from './frame-keeper.ts';
import type { MovieReply, MovieRequest } from './movie-messages.ts';
import { PageSource } from './page-source.ts';

const port = parentPort!;
const reply = (message: MovieReply) => port.postMessage(message);
const pages = new PageSource();
const film = new FilmQueue(reply);
const keeper = new FrameKeeper(reply);
/** Whether frames are kept, or else written at once: a thread does either. */
let isKeeping = false;

port.on('message', (request: MovieRequest) => {
  switch (request.type) {
    case 'share':
      pages.share(request.memory, request.buffer);
      return;
    case 'forget':
      pages.forget(request.memory);
      return;
    case 'camera':
      pages.useCamera(request.shape);
      return;
    case 'rois':
      pages.useRois(request.rois);
      return;
    case 'frame':
      (isKeeping ? keeper : film).add(request, pages.of(request));
      return;
    case 'film':
      film.change(request.order, request.lost);
      return;
    case 'keep':
      isKeeping = true;
      keeper.setLimits(request.lastS, request.mostBytes);
      return;
    case 'save':
      keeper.save(request.order);
      return;
    case 'close':
      void Promise.all([film.close(), keeper.close()]).then(() => port.close());
      return;
    default:
      throw new TypeError(`a request of ${request satisfies never}`);
  }
});

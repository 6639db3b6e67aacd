import { Film } from '#movies/film.ts';
import type { MovieFormat } from '#protocol/movie.ts';
import { exampleFrame, exampleLayout, exampleOrder } from '../movies/example-film.ts';

// Films until it is killed, and says after every frame how many there are.
const [base, format] = process.argv.slice(2) as [string, MovieFormat];
const film = new Film(exampleOrder(base, format));
const layout = exampleLayout();
for (let id = 0; ; id++) {
  await film.append(exampleFrame(id, layout));
  process.stdout.write(`${id + 1}\n`);
}

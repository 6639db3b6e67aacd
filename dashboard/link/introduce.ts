import { effect, type Signal } from '@preact/signals';
import type { LiveStore } from '../store/live-store.ts';
import { rememberedChoice } from '../store/remembered-choice.ts';
import type { LiveConnection } from './live-connection.ts';

/** What the others see; the tracker chooses when it is empty. */
export const personName: Signal<string> = rememberedChoice('person-name', '');

/** The same in all pages of this browser and after a reload. */
const person = rememberedChoice('person', newPerson());

/** Tells the tracker who looks, with every connection and new name. */
export function introduceOnceLive(store: LiveStore, { request }: LiveConnection): () => void {
  return effect(() => {
    const name = personName.value.trim();
    if (store.isLive.value) void request({ type: 'introduce', person: person.value, name });
    else store.people.value = null;
  });
}

// Not randomUUID: pages of other machines without TLS have none.
function newPerson(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

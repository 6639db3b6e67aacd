import type { Engine } from './engine.ts';
import type { EngineKind } from './threads/engine-messages.ts';

/** Opens an engine in this thread; the GPU binding is loaded only when it is asked for. */
export async function openEngine(kind: EngineKind): Promise<Engine> {
  switch (kind) {
    case 'reference':
      return (await import('./reference.ts')).createReferenceEngine();
    case 'wasm':
      return (await import('./wasm/wasm-engine.ts')).createWasmEngine();
    case 'gpu':
      return (await import('./gpu/gpu-engine.ts')).createGpuEngine();
    default:
      return kind satisfies never;
  }
}

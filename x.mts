import { buildAssets } from './dev/server/assets';
const a = await buildAssets(process.cwd(), {minify:false});
const s = new TextDecoder().decode(a.get('shared_deps.js')!.body); console.log(s.length, s.includes('Dynamic require'), /EmotionCache:[^,]*/.exec(s)?.[0]);

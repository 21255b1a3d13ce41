"""Follows one story: python3 follow.py ws://127.0.0.1:3000/live harbour-bridge harbour-bridge.json"""
import asyncio, functools, io, json, os, random, sys, urllib.parse, websockets
_, ADDRESS, SLUG, FILE = sys.argv
HELD = json.load(open(FILE)) if os.path.exists(FILE) else {'story': SLUG}

def fnv(text):
    return '%08x' % functools.reduce(lambda h, byte: (h ^ byte) * 0x01000193 & 0xFFFFFFFF, text.encode(), 0x811C9DC5)
def hash_of(*parts):
    return fnv(','.join(fnv(json.dumps(x, sort_keys=True, separators=(',', ':'), ensure_ascii=False)) for x in parts))

def delta(old, steps):
    rest, new = io.BytesIO(old.encode('utf-16-le')), b''  # steps count units of UTF-16: two bytes
    for step in steps:
        new += step.encode('utf-16-le') if isinstance(step, str) else rest.read(2 * abs(step))[:2 * max(step, 0)]
    return new.decode('utf-16-le')
def edit(section, op, now):
    section.update({k: op[k] for k in ('heading', 'level', 'attrs', 'was') if k in op}, id=op.get('newId', op['id']))
    if op.keys() & {'heading', 'blocks', 'at'}: section['revised'] = op.get('at', now)
    for splice in reversed(op.get('blocks', [])):  # from the end: what stands before keeps its place
        old, at, put = section['blocks'], splice['at'], enumerate(splice['put'], splice['at'])
        old[at:at + splice['drop']] = [new if isinstance(new, str) else delta(old[i], new['delta']) for i, new in put]
def apply(state, diff):
    meta, sections = state['meta'], state['sections']
    def index(id): return [None, *(section['id'] for section in sections)].index(id) - 1
    for op in diff['ops']:
        if op['op'] == 'set': meta = {k: value for k, value in (meta | op['meta']).items() if value is not None}
        elif op['op'] == 'edit': edit(sections[index(op['id'])], op, diff['at'])
        else:  # insert, remove, move
            section = op.get('section') or sections.pop(index(op['id']))
            if 'after' in op: sections.insert(index(op['after']) + 1, section)
    if hash_of(meta, *sections) != diff['hash']: raise ValueError('the hashes do not agree')
    return state | {'meta': meta, 'position': diff['to'], 'revision': diff['revision'], 'hash': diff['hash']}

def keep(said, position, **changes):
    HELD.update({k: value for k, value in changes.items() if value}, position=position)
    print(position, HELD.get('state', {}).get('hash'), said, flush=True)
    with open(f'{FILE}.new', 'w') as file: json.dump(HELD, file)
    os.replace(f'{FILE}.new', FILE)
def take(message):  # what is raised here ends the connection; the next one begins with what is held
    match message:
        case {'type': 'snapshot' | 'live' | 'ended' as said, 'position': at}:
            keep(message.get('reason', said), at, state=message.get('state'), story=message.get('to'))
        case {'type': 'diff', 'from': start, 'to': to, 'change': said} if start == HELD['position']:
            keep(said, to, state=apply(HELD.pop('state'), message))
        case {'type': 'diff', 'to': to} if int(to[9:]) > int(HELD['position'][9:]): raise ValueError('there is a gap')
        case {'type': 'error', 'story': _}: sys.exit(message['message'])
async def follow(failed=0):
    while True:
        failed, window, code, story = failed + 1, None, 1006, HELD['story']
        query = urllib.parse.urlencode({'story': story} | ({'after': HELD['position']} if 'state' in HELD else {}))
        try:
            async with websockets.connect(f'{ADDRESS}?{query}', subprotocols=['stop-press.v1'], max_size=1 << 24) as ws:
                while HELD['story'] == story:
                    take(got := json.loads(await ws.recv()))
                    failed, window = failed if got['type'] in ('hello', 'error', 'bye') else 1, got.get('retryAfterMs')
        except Exception as end: print(end, file=sys.stderr); code = getattr(end, 'code', 1006)
        if 4000 <= code < 4100 or code in (1002, 1003, 1007, 1008, 1009): sys.exit(f'refused: {code}')
        await asyncio.sleep(random.uniform(*(window or (500, min(30_000, 1000 * 2 ** failed)))) / 1000)
asyncio.run(follow())

import '../server/core/story.ts';

/* Loaded by --import into a process that must not outlive the one that started it, however that one ends. */
process.on('disconnect', () => process.exit());

"""Count in = count out: a stream of mixed records through each pushed source, and the proof that none is lost."""

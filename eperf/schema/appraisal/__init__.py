"""Plans, ratings and predikat: what is agreed with people, and what is judged of them (penilaian kinerja)."""

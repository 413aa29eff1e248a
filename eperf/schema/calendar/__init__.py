"""What decrees say of days: holidays, joint leave, Ramadan (kalender kerja)."""

-- Citations of remembered answers are records with names from now on. What was remembered before is asked again.
DELETE FROM answer_cache;

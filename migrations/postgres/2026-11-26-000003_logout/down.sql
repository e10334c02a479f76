DROP TABLE logout_notices;
DROP TABLE session_clients;

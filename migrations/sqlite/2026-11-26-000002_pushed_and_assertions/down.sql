DROP TABLE client_assertions;
DROP TABLE pushed_requests;

const fs = require('fs');
const express = require('express');
const app = express();

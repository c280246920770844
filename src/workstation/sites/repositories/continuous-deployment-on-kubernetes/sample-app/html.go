package main

const html = `<!doctype html>
<html>
<head><title>Frontend</title></head>
<body>
<div class="card blue">
<div class="card-content white-text">
<div class="card-title">Backend that answered this request</div>
</div>
<table>
<tr><td>Pod name</td><td>{{.Name}}</td></tr>
<tr><td>Version</td><td>{{.Version}}</td></tr>
<tr><td>Error</td><td>{{.Error}}</td></tr>
</table>
</div>
</body>
</html>`

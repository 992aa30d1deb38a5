using SecureStreams;
using SecureStreams.CompiledPolicy.Probe;

// One transaction with a policy that was compiled in; then every assembly that this took, a line for each. With --json the policy comes from its text instead.
#if READS_TEXT
var model = args is ["--json"]
    ? SecureStreams.Policy.PolicyLoader.Load(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "probe.json")), "probe.json").Model!
    : ProbePolicy.Model;
#else
var model = ProbePolicy.Model;
#endif
using var answerer = new Answerer();
var answering = answerer.AnswerAsync("hello from the answerer");
var handler = new ProbeHandler();
await using (var context = new LocalContext(model, new() { Product = "probe" }))
{
#if !READS_TEXT
    // What needs the reader says so, and nothing else comes of it.
    Console.WriteLine($"update: {context.UpdatePolicy(new SecureStreams.Policy.PolicyDocument("{}"u8.ToArray(), "update")).Refusal}");
#endif
    await using var stream = context.Create(ProbePolicy.StreamTypes.Probe, handler, new()
    {
        Metadata = { [ProbePolicy.Metadata.Probe.Port] = answerer.Port.ToString(System.Globalization.CultureInfo.InvariantCulture) },
    });
    stream.Connect();
    if (!await handler.Done)
        return 1;
    await answering;
}

Console.WriteLine($"payload: {handler.Payload}");
Console.WriteLine($"endpoint: {model.StreamTypes[ProbePolicy.StreamTypes.Probe].Locate("endpoint")}");
foreach (var name in AppDomain.CurrentDomain.GetAssemblies().Select(static one => one.GetName().Name).Order(StringComparer.Ordinal))
    Console.WriteLine($"assembly: {name}");
return 0;

using System.Collections.Concurrent;
using System.Globalization;

namespace SecureStreams.Interop.Probe.Crowds;

/// <summary>Very many clients of one ws server in one context.</summary>
internal sealed class CrowdClients : IAsyncDisposable
{
    /// <summary>Connects at a time: fewer than the operating system lets wait.</summary>
    private const int AtATime = 100;

    private readonly SsContext _context;
    private readonly List<(SecureStream Stream, CrowdMember Member)> _members = [];
    private readonly ConcurrentBag<double> _roundTrips = [];
    private int _alive;
    private int _ended;

    public CrowdClients(int port, int pingSeconds) => _context = SsContext.FromJson(
        $$"""
        {
          "retry": [{ "alive": { "backoff": [1000], "conceal": 0, "svalidping": {{pingSeconds}}, "svalidhup": {{2 * pingSeconds + 5}} } }],
          "s": [{ "member": { "protocol": "ws", "endpoint": "127.0.0.1", "port": {{port}}, "http_url": "/", "retry": "alive", "opportunistic": true } }]
        }
        """);

    /// <summary>What it has come to.</summary>
    public CrowdReport Report() => CrowdReport.Of(0, Volatile.Read(ref _alive), Volatile.Read(ref _ended), _roundTrips.Count) with { RoundTrips = Percentiles() };

    public void NoteConnected() => Interlocked.Increment(ref _alive);

    public void NoteEnded(in SsCause cause, bool wasConnected)
    {
        if (wasConnected)
            Interlocked.Decrement(ref _alive);
        if (Interlocked.Increment(ref _ended) <= 3)
            Console.Error.WriteLine(cause.ToString());
    }

    public void NoteRoundTrip(TimeSpan time) => _roundTrips.Add(time.TotalMilliseconds);

    /// <summary>Makes them and waits until each is connected, or is not going to be.</summary>
    public async Task ConnectAsync(int count)
    {
        while (_members.Count < count)
        {
            var batch = new List<Task>(AtATime);
            for (var i = 0; i < AtATime && _members.Count < count; i++)
            {
                var member = new CrowdMember(this);
                var stream = _context.Create("member", member);
                _members.Add((stream, member));
                stream.Connect();
                batch.Add(member.Settled);
            }

            await Task.WhenAll(batch);
        }
    }

    /// <summary>Each sends <paramref name="perSecond"/> messages a second, evenly spread, for <paramref name="seconds"/>; 0 seconds: each sends one.</summary>
    public async Task TalkAsync(int perSecond, int seconds)
    {
        _roundTrips.Clear();
        var rounds = Math.Max(1, perSecond * seconds);
        var tick = TimeSpan.FromMilliseconds(10);
        var ticksPerRound = Math.Max(1, (int)(TimeSpan.FromSeconds(1) / perSecond / tick));
        using var timer = new PeriodicTimer(tick, TimeProvider.System);
        var skipped = 0;
        for (var round = 0; round < rounds; round++)
        {
            for (var slot = 0; slot < ticksPerRound; slot++)
            {
                for (var i = slot; i < _members.Count; i += ticksPerRound)
                {
                    if (!_members[i].Member.TrySend(_members[i].Stream))
                        skipped++;
                }

                await timer.WaitForNextTickAsync();
            }
        }

        if (skipped > 0)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{skipped} messages were not sent since the one before was not back"));
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private double[] Percentiles()
    {
        double[] sorted = [.. _roundTrips.Order()];
        return sorted.Length == 0 ? [0, 0, 0] : [sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100], sorted[^1]];
    }
}

using System.Globalization;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Commands;

/// <summary>What a fleet's peer saw.</summary>
/// <param name="Devices">How many devices were run.</param>
/// <param name="BySecond">Attempts in each second of the virtual clock.</param>
/// <param name="Begin">The second at which the peer went.</param>
/// <param name="End">The second at which it was there again.</param>
/// <param name="Violations">Invariants that did not hold, the budget of each device among them.</param>
internal sealed record FleetResult(int Devices, long[] BySecond, long Begin, long End, IReadOnlyList<SimViolation> Violations)
{
    /// <summary>Attempts are grouped by so many seconds in the histogram.</summary>
    private const int Bucket = 15;

    /// <summary>The most attempts in one second once the first storm after the loss, which no back-off precedes, is over.</summary>
    public long Peak(long from, long to) => BySecond.Skip((int)from).Take((int)(to - from)).DefaultIfEmpty().Max();

    /// <summary>Attempts by the second as bars.</summary>
    public void Write(TextWriter output)
    {
        var rows = new List<(long Second, double Average, long Peak)>();
        for (var second = Begin - Bucket; second < BySecond.Length; second += Bucket)
        {
            var seconds = BySecond.Skip((int)second).Take(Bucket).ToList();
            rows.Add((second - Begin, seconds.Average(), seconds.Max()));
        }

        while (rows.Count > 0 && rows[^1].Peak == 0)
            rows.RemoveAt(rows.Count - 1);
        var widest = rows.Count == 0 ? 1 : Math.Max(rows.Max(static row => row.Peak), 1);
        output.WriteLine("  seconds    average/s   peak/s   # average, . peak");
        foreach (var (second, average, peak) in rows)
        {
            var bar = new string('#', (int)(average * 80 / widest));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {second,7} {average,11:0.0} {peak,8}   {bar}{new string('.', (int)(peak * 80 / widest) - bar.Length)}"));
        }
    }
}

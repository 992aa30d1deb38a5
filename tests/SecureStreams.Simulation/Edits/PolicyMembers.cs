using System.Globalization;
using System.Text;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Edits;

/// <summary>Members of a JSON object, written in any order and with any space between them.</summary>
internal sealed class PolicyMembers
{
    private readonly List<(string Name, string Value)> _members = [];

    public void Add(string name, string json) => _members.Add((name, json));

    public void Add(string name, int number) => Add(name, number.ToString(CultureInfo.InvariantCulture));

    public void AddText(string name, string text) => Add(name, $"\"{text}\"");

    /// <summary>As JSON; in the order in which they were added when <paramref name="random"/> is null.</summary>
    public string Write(SimRandom? random)
    {
        var order = _members.ToArray();
        for (var last = order.Length - 1; random is not null && last > 0; last--)
        {
            var other = random.Below(last + 1);
            (order[last], order[other]) = (order[other], order[last]);
        }

        var text = new StringBuilder("{");
        foreach (var (name, value) in order)
            text.Append(text.Length > 1 ? "," : "").Append(Space(random)).Append('"').Append(name).Append('"').Append(Space(random)).Append(':').Append(Space(random)).Append(value);
        return text.Append(Space(random)).Append('}').ToString();
    }

    private static string Space(SimRandom? random) => random?.Below(4) switch { 1 => " ", 2 => "\n  ", 3 => "\t", _ => "" };
}

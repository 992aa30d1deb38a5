using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace SecureStreams.Architecture.Tests;

/// <summary>Who may name whom. What a project references is read from what was built, so neither a transitive reference nor a trick of the build hides it.</summary>
public class DependencyTests
{
    private const string AspNet = "Microsoft.AspNetCore.";
    private const string Extensions = "Microsoft.Extensions.";
    private const string Polly = "Polly.Core";

    // Of the base library, what pure projects must not touch: sockets, TLS, HTTP.
    private static readonly string[] Network =
        ["System.Net.Sockets", "System.Net.Security", "System.Net.Http", "System.Net.NameResolution", "System.Net.Quic", "System.Net.WebSockets", "System.Net.WebSockets.Client", "System.Net.Requests"];

    private static readonly Dictionary<string, Rule> Table = new(StringComparer.Ordinal)
    {
        ["SecureStreams.Abstractions"] = Rule.Pure,
        ["SecureStreams.Policy"] = Rule.Pure,
        ["SecureStreams.Codecs"] = Rule.Pure,
        ["SecureStreams"] = new(["SecureStreams.Abstractions", "SecureStreams.Policy", "SecureStreams.Codecs", Polly, Extensions]),
        ["SecureStreams.Server"] = new(["SecureStreams", "SecureStreams.Abstractions", "SecureStreams.Policy", "SecureStreams.Codecs", AspNet, Extensions]),
        ["SecureStreams.Proxy"] = new(["SecureStreams", "SecureStreams.Abstractions", "SecureStreams.Policy", "SecureStreams.Codecs", Extensions]),
        ["SecureStreams.Proxy.Client"] = new(["SecureStreams.Abstractions", "SecureStreams.Codecs", Extensions]),
        ["SecureStreams.Testing"] = new(["SecureStreams", "SecureStreams.Abstractions", "SecureStreams.Policy", "SecureStreams.Codecs", Extensions]),
    };

    // The server is the runtime's other half: its accepted streams are streams of the core on transports of their own, neither of which an application shall be able to make. It
    // is a project of its own only so that clients do not carry a web server.
    private static readonly (string Of, string Friend)[] Halves = [("SecureStreams", "SecureStreams.Server"), ("SecureStreams", "SecureStreams.Server.Tests")];

    public static TheoryData<string> Source => Projects.SourceData;

    [Theory]
    [MemberData(nameof(Source))]
    public void A_project_references_only_what_the_table_allows(string project)
    {
        Assert.True(Table.TryGetValue(project, out var rule), $"{project} is not in the table of dependencies: decide where it stands.");
        var references = References(project);
        Assert.Contains("System.Runtime", references);
        var wrong = references.Where(name => !rule.Allows(name)).ToList();
        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Source))]
    public void A_project_declares_only_what_the_table_allows(string project)
    {
        // The assembly shows what is used; the project file shows what users would be made to restore.
        Assert.True(Table.TryGetValue(project, out var rule));
        var declared = Projects.Load(project).Descendants()
            .Where(static element => element.Name.LocalName is "ProjectReference" or "PackageReference")
            .Select(static element => (string)element.Attribute("Include")!)
            .Select(static include => include.EndsWith(".csproj", StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(include.Replace('\\', '/')) : include);
        var wrong = declared.Where(name => !rule.AllowsDeclared(name)).ToList();
        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Source))]
    public void Internals_are_visible_to_own_tests_benchmarks_and_the_simulation_only(string project)
    {
        var friends = Projects.Load(project).Descendants("InternalsVisibleTo").Select(static element => (string)element.Attribute("Include")!);
        var wrong = friends.Where(name => name != project + ".Tests" && name is not ("SecureStreams.Benchmarks" or "SecureStreams.Simulation") && !Halves.Contains((project, name))).ToList();
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_table_itself_points_one_way()
    {
        foreach (var (project, rule) in Table)
        {
            foreach (var other in Table.Keys.Where(other => other != project && rule.Allows(other)))
                Assert.False(Table[other].Allows(project), $"{project} and {other} may reference each other.");
        }
    }

    private static List<string> References(string project)
    {
        var path = Projects.AssemblyPath(project);
        Assert.True(File.Exists(path), $"{Projects.Relative(path)} is not built; build the solution in the configuration of these tests.");
        using var image = new PEReader(File.OpenRead(path));
        var metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).Order(StringComparer.Ordinal)];
    }

    private sealed record Rule(string[] Allowed, bool IsPure = false)
    {
        public static Rule Pure { get; } = new([], IsPure: true);

        public bool Allows(string name)
        {
            if (name.StartsWith("System.", StringComparison.Ordinal))
                return !(IsPure && Network.Contains(name));
            return AllowsDeclared(name);
        }

        /// <summary>The base library needs no declaring, so what is declared must stand in the table.</summary>
        public bool AllowsDeclared(string name) =>
            Allowed.Any(allowed => allowed.EndsWith('.') ? name.StartsWith(allowed, StringComparison.Ordinal) : name == allowed);
    }
}

using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>The probe published with everything trimmed off that it does not need. Takes minutes and packs of the SDK, so it runs with <c>SS_TEST_LONG=1</c> only.</summary>
public class TrimmingTests
{
    [Fact]
    public async Task A_trimmed_program_works_and_has_no_reader_of_policies()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1", "SS_TEST_LONG=1 runs it.");
        var folder = Directory.CreateTempSubdirectory("trimmed-probe-");
        try
        {
            var project = RepoPaths.Combine("tests", "SecureStreams.CompiledPolicy.Probe", "SecureStreams.CompiledPolicy.Probe.csproj");
            var published = Path.Combine(folder.FullName, "published");
            var (status, output, errors) = await Programs.RunAsync(Programs.DotNet, TimeSpan.FromMinutes(10), "publish", project, "-c", "Release", "--use-current-runtime", "--self-contained",
                "-o", published, "--artifacts-path", Path.Combine(folder.FullName, "artifacts"), "-p:PublishTrimmed=true", "-p:ReadsText=false", "-p:UseSharedCompilation=false", "-nodeReuse:false");
            if (status != 0 && output.Contains("error NU", StringComparison.Ordinal) && Environment.GetEnvironmentVariable("SS_REQUIRE_PEERS") != "1")
                Assert.Skip("The packs that a trimmed program needs cannot be restored here.");

            // A warning of the trimmer is an error in this repository.
            Assert.True(status == 0, $"Exit status {status}.\n{output}\n{errors}");
            Assert.DoesNotContain("warning", output, StringComparison.Ordinal);
            var lines = await Programs.RunProbeAsync(Path.Combine(published, "SecureStreams.CompiledPolicy.Probe" + (OperatingSystem.IsWindows() ? ".exe" : "")));
            Assert.Contains("payload: hello from the answerer", lines);
            Assert.Contains(lines, static line => line.StartsWith("update: The policy 'update' cannot be used:", StringComparison.Ordinal));
            Assert.Contains(lines, static line => line.StartsWith("this program was published without the reader of policy texts", StringComparison.Ordinal));
            var types = TypesOf(Path.Combine(published, "SecureStreams.Policy.dll"));
            Assert.Contains(nameof(Policy.PolicyModel), types);
            Assert.DoesNotContain(types, static name => name.StartsWith("JsonTree", StringComparison.Ordinal));
            Assert.DoesNotContain(nameof(Policy.PolicyLoader), types);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<string> TypesOf(string assembly)
    {
        using var image = new PEReader(File.OpenRead(assembly));
        var metadata = image.GetMetadataReader();
        return [.. metadata.TypeDefinitions.Select(type => metadata.GetString(metadata.GetTypeDefinition(type).Name))];
    }
}

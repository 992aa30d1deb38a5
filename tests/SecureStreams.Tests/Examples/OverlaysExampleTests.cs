using Xunit;

namespace SecureStreams.Tests.Examples;

/// <summary><c>examples/Overlays</c>: one streamtype, and what overlays make of it.</summary>
public sealed class OverlaysExampleTests
{
    [Theory]
    [InlineData(null, 0, "found: the Internet", "Internet (Call, ")]
    [InlineData("--force-portal", 3, "found: a captive portal", "Protocol/RedirectRefused status 302")]
    [InlineData("--force-no-internet", 4, "found: nothing: no Internet", "Connect/ConnectionRefused")]
    public async Task It_finds_what_the_overlay_leads_to(string? argument, int status, string found, string reason)
    {
        var run = await ExampleProgram.RunAsync("Overlays", argument is null ? [] : [argument]);
        Assert.Equal("", run.Errors);
        Assert.Contains(found, run.Output, StringComparison.Ordinal);
        Assert.Contains(reason, run.Output, StringComparison.Ordinal);
        Assert.Equal(status, run.Status);
        Assert.Equal(argument is not null, run.Output.Contains($"revision 1 by '{argument}': 1 changed, 0 added, 0 removed", StringComparison.Ordinal));
        Assert.Equal(argument is not null, run.Output.Contains("~ streamtype 'captive_portal_detect': port ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_says_how_it_is_used()
    {
        var help = await ExampleProgram.RunAsync("Overlays", "--help");
        Assert.Equal(0, help.Status);
        Assert.Contains("--force-no-internet", help.Output, StringComparison.Ordinal);

        var wrong = await ExampleProgram.RunAsync("Overlays", "--force-portal", "--force-no-internet");
        Assert.Equal(2, wrong.Status);
        Assert.Equal("", wrong.Output);
        Assert.Contains("Give one of --force-portal and --force-no-internet", wrong.Errors, StringComparison.Ordinal);
    }
}

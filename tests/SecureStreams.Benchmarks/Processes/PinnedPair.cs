namespace SecureStreams.Benchmarks.Processes;

/// <summary>Starts the server and the measuring process, both on CPU 0 from their first instruction, and waits for the latter.</summary>
internal static class PinnedPair
{
    public static int Run(string[] args, BenchOptions options)
    {
        PinnedProcess.PinSelf();
        using var server = PinnedProcess.Start(["server"], piped: true);
        try
        {
            var ports = server.StandardOutput.ReadLine()?.Split(' ');
            if (ports is not [var http1, var http2])
            {
                Console.Error.WriteLine("The server did not start.");
                return 1;
            }

            using var client = PinnedProcess.Start([.. args, "--port", options.Http2 ? http2 : http1], piped: false);
            client.WaitForExit();
            return client.ExitCode;
        }
        finally
        {
            server.StandardInput.Close();
            if (!server.WaitForExit(TimeSpan.FromSeconds(5)))
                server.Kill();
        }
    }
}
